/**
 * The part of Amazon's GraphQL schema that clients of 2026 use, as far as it is known: whatever asks for something else is
 * refused. What may not be null here may not be null there: one null empties the block around it.
 */
import { buildSchema } from 'graphql';

export const ALEXA_SCHEMA = buildSchema(`
  "a value, or the JSON text of one"
  scalar JSON

  type Query {
    endpoints(endpointsQueryParams: EndpointsQueryParams): EndpointsResult
    listEndpoints(listEndpointsInput: ListEndpointsInput!): ListEndpointsResult
  }

  input PaginationParams { disablePagination: Boolean }
  input EndpointsQueryParams { includeHouseholdDevices: Boolean = false, paginationParams: PaginationParams }
  input ListEndpointsInput {
    latencyTolerance: LatencyToleranceValue
    displayCategory: String
    endpointIds: [String!]
    includeHouseholdDevices: Boolean = false
    paginationParams: PaginationParams
  }
  enum LatencyToleranceValue { LOW HIGH }

  type EndpointsResult { items: [Endpoint] }
  type ListEndpointsResult { completeResult: Boolean, endpoints: [Endpoint] }

  type Endpoint {
    id: String!
    endpointId: String
    friendlyName: String
    friendlyNameObject: TextObject
    displayCategories: DisplayCategories
    legacyIdentifiers: LegacyIdentifiers
    legacyAppliance: LegacyAppliance
    serialNumber: TextObject
    enablement: String
    model: TextObject
    manufacturer: TextObject
    features: [Feature]
  }
  type TextValue { text: String }
  type TextObject { type: String, value: TextValue }
  type DisplayCategory { value: String }
  type DisplayCategories { primary: DisplayCategory, all: [DisplayCategory] }
  type LegacyIdentifiers { dmsIdentifier: DmsIdentifier }
  type DmsIdentifier { deviceType: TextObject, deviceSerialNumber: TextObject }

  type LegacyAppliance {
    applianceId: String!
    applianceTypes: [String]
    endpointTypeId: String
    friendlyName: String!
    friendlyDescription: String!
    manufacturerName: String
    connectedVia: String
    modelName: String
    entityId: String!
    actions: JSON
    mergedApplianceIds: JSON
    capabilities: JSON
    applianceNetworkState: JSON
    version: String
    isEnabled: Boolean!
    customerDefinedDeviceType: String
    customerPreference: JSON
    alexaDeviceIdentifierList: JSON
    aliases: JSON
    driverIdentity: JSON
    additionalApplianceDetails: JSON
    isConsentRequired: Boolean
    applianceKey: String
    appliancePairs: JSON
    deduplicatedPairs: JSON
    entityPairs: JSON
    deduplicatedAliasesByEntityId: JSON
    relations: JSON
  }

  type Operation { name: String }
  type Feature { name: String, instance: String, operations: [Operation], properties: [Property] }
  enum PropertyType { RETRIEVABLE NOT_RETRIEVABLE ERROR }
  type PropertyError { type: String, message: String }
  interface Property {
    name: String
    type: PropertyType
    accuracy: String
    error: PropertyError
    timeOfSample: String
    timeOfLastChange: String
  }
  type TemperatureValue { value: Float, scale: String }
  type TemperatureSensor implements Property {
    name: String, type: PropertyType, accuracy: String, error: PropertyError, timeOfSample: String, timeOfLastChange: String
    value: TemperatureValue
  }
  type RangeNumber { value: Float }
  type RangeValue implements Property {
    name: String, type: PropertyType, accuracy: String, error: PropertyError, timeOfSample: String, timeOfLastChange: String
    rangeValue: RangeNumber
  }
  type Reachability implements Property {
    name: String, type: PropertyType, accuracy: String, error: PropertyError, timeOfSample: String, timeOfLastChange: String
    reachabilityStatusValue: String
  }
`);
