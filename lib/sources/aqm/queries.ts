/** What Amazon is asked by GraphQL [docs/internals/amazon.md: Two ways to the list, two to the state]. */

const APPLIANCE =
  'legacyAppliance { applianceId applianceTypes friendlyName friendlyDescription manufacturerName connectedVia modelName ' +
  'entityId aliases capabilities customerDefinedDeviceType alexaDeviceIdentifierList driverIdentity }';

/** The list, as the Alexa app asks for it; without `includeHouseholdDevices` some monitors are left out. */
export const ENDPOINTS_QUERY =
  'query CustomerSmartHome { endpoints(endpointsQueryParams: { includeHouseholdDevices: true, ' +
  `paginationParams: { disablePagination: true } }) { items { ${APPLIANCE} } } }`;

const ALL_MONITORS =
  'listEndpoints(listEndpointsInput: { latencyTolerance: LOW, displayCategory: "AIR_QUALITY_MONITOR", ' +
  'includeHouseholdDevices: true, paginationParams: { disablePagination: true } })';

/** The list by the other way, which is not throttled with the first one. */
export const LIST_ENDPOINTS_QUERY =
  `query ListMonitors { ${ALL_MONITORS} { completeResult endpoints { id friendlyNameObject { value { text } } ` +
  `manufacturer { value { text } } serialNumber { value { text } } ${APPLIANCE} } } }`;

/** The state by the other way. */
export const ENDPOINT_STATES_QUERY =
  `query MonitorStates { ${ALL_MONITORS} { completeResult endpoints { id serialNumber { value { text } } ` +
  'features { name instance properties { name type error { type message } timeOfSample ' +
  '... on TemperatureSensor { value { value scale } } ... on RangeValue { rangeValue { value } } ' +
  '... on Reachability { reachabilityStatusValue } } } } } }';
