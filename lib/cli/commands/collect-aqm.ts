/** collect-aqm: one collection cycle of the Amazon air quality monitors. */
import { AMAZON_AQM } from '../../sources/aqm/row';
import { runCollector } from '../collector';

runCollector(AMAZON_AQM);
