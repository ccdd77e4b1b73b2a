/** collect-hue: one collection cycle of the Hue Bridge. */
import { HUE } from '../../sources/hue/row';
import { collector } from '../collector';
import { main } from '../command';

void main(...collector(HUE));
