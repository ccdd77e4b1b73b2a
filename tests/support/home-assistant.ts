/**
 * What Home Assistant takes in a discovery message of an MQTT sensor: facts read on 2026-11-29 in the repository
 * home-assistant/core, homeassistant/components/: mqtt/schemas.py at c6ca7f5f4163, mqtt/sensor.py and mqtt/discovery.py,
 * sensor/const.py at 00eb6680fbf6. It drops a key that it does not know, and refuses the whole message if the unit does
 * not fit the device class.
 */
const ENTITY = [
  ...['availability', 'availability_mode', 'availability_topic', 'availability_template'],
  ...['payload_available', 'payload_not_available', 'device', 'origin', 'enabled_by_default', 'entity_category'],
  ...['icon', 'json_attributes_topic', 'json_attributes_template', 'object_id', 'unique_id'],
];

export const SENSOR_KEYS = [
  ...ENTITY,
  ...['state_topic', 'value_template', 'qos', 'encoding', 'device_class', 'expire_after', 'force_update', 'options'],
  ...['last_reset_value_template', 'name', 'suggested_display_precision', 'state_class', 'unit_of_measurement'],
];

export const DEVICE_KEYS = [
  ...['identifiers', 'connections', 'manufacturer', 'model', 'model_id', 'name', 'hw_version', 'serial_number'],
  ...['sw_version', 'via_device', 'suggested_area', 'configuration_url'],
];

export const ORIGIN_KEYS = ['name', 'sw_version', 'support_url'];

/** Where discovery messages are found, below the prefix. */
export const DISCOVERY_TOPIC = /^sensor\/(?:[a-zA-Z0-9_-]+\/)?[a-zA-Z0-9_-]+\/config$/;

/**
 * Of the device classes of what can be measured in a room: their units; all of them have the state class `measurement`.
 * The µ is the micro sign U+00B5: up to 2025.8 it is the only one that is taken, later ones translate it to U+03BC.
 */
export const DEVICE_CLASS_UNITS: Readonly<Record<string, readonly string[]>> = {
  atmospheric_pressure: ['hPa', 'kPa', 'Pa', 'mbar', 'bar'],
  battery: ['%'],
  carbon_dioxide: ['ppm'],
  carbon_monoxide: ['ppm'],
  humidity: ['%'],
  illuminance: ['lx'],
  pm1: ['\u00b5g/m³'],
  pm10: ['\u00b5g/m³'],
  pm25: ['\u00b5g/m³'],
  temperature: ['°C', '°F', 'K'],
  volatile_organic_compounds_parts: ['ppb', 'ppm'],
};
