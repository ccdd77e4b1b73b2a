/** GraphQL of the simulated cloud: a query is parsed and validated, and what Amazon would refuse is refused in its words. */
import type { GraphQLError } from 'graphql';
import { execute, parse, validate, type DocumentNode, type ExecutionResult } from 'graphql';
import { endpointsOf, type ListedMonitors } from './aqm-endpoints';
import { ALEXA_SCHEMA } from './aqm-graphql-schema';
import { json, type Answer } from './answer';

interface GraphqlRequest {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
}

/** Which question a request asks, for scripts of faults: `GRAPHQL endpoints`, `GRAPHQL listEndpoints`, `GRAPHQL features`. */
export function graphqlLine(body: string): string {
  if (!body.includes('listEndpoints')) return 'GRAPHQL endpoints';
  return body.includes('properties') ? 'GRAPHQL features' : 'GRAPHQL listEndpoints';
}

/** A list of one question is answered by a list of one answer. */
export function answerGraphql(body: string, listed: ListedMonitors): Answer {
  let asked: GraphqlRequest | GraphqlRequest[];
  try {
    asked = JSON.parse(body) as GraphqlRequest | GraphqlRequest[];
  } catch {
    return json({ message: 'Malformed request' }, 400);
  }
  const answers = [asked].flat().map((one) => answerOne(one, listed));
  return json(Array.isArray(asked) ? answers : answers[0], 200, { vary: 'accept-encoding' });
}

function answerOne({ query, variables, operationName }: GraphqlRequest, listed: ListedMonitors): unknown {
  const extensions = { requestID: 'TEST', duration: 91 };
  let document: DocumentNode;
  try {
    document = parse(String(query));
  } catch (thrown) {
    return { errors: [complaint(thrown as GraphQLError, 'InvalidSyntax')], extensions };
  }
  const faults = validate(ALEXA_SCHEMA, document);
  if (faults.length > 0) return { errors: faults.map((fault) => complaint(fault, 'ValidationError')), extensions };
  const { data, errors } = execute({
    schema: ALEXA_SCHEMA,
    document,
    rootValue: endpointsOf(listed),
    variableValues: variables as Record<string, unknown>,
    operationName: typeof operationName === 'string' ? operationName : null,
  }) as ExecutionResult;
  const complaints = errors?.map((error) => complaint(error, 'NullValueInNonNullableField'));
  return { ...(complaints === undefined ? {} : { errors: complaints }), data, extensions };
}

/** In the form of graphql-java, which Amazon uses. */
function complaint({ message, path, locations }: GraphQLError, classification: string): object {
  return { message, ...(path === undefined ? { locations } : { path }), extensions: { classification } };
}
