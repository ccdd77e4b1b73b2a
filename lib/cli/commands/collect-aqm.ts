/** collect-aqm: one collection cycle of the Amazon air quality monitors. */
import { AMAZON_AQM } from '../../sources/aqm/row';
import { collector } from '../collector';
import { main } from '../command';

void main(...collector(AMAZON_AQM));
