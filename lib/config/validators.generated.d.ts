/** Types of validators.generated.js, which lib/packaging/compile-validators.mjs makes from config/*.schema.json. */

/** One fault as ajv reports it. */
export interface SchemaFault {
  keyword: string;
  /** JSON pointer into the data: `/hue/bridge_id` */
  instancePath: string;
  /** JSON pointer into the schema: `#/properties/hue/properties/bridge_id/pattern` */
  schemaPath: string;
  params: Record<string, unknown>;
}

/** Fills in the defaults if they are missing, and returns whether the data is valid; if not, `errors` says why. */
export interface Validator {
  (data: unknown): boolean;
  errors?: SchemaFault[] | null;
}

export const validateConfig: Validator;
export const validateSecrets: Validator;
