/** collect-hue: one collection cycle of the Hue Bridge. */
import { HUE } from '../../sources/hue/row';
import { runCollector } from '../collector';

runCollector(HUE);
