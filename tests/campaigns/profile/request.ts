/** The least a cycle can do: one request with Node's own HTTP client. */
import { get } from 'node:http';

get(process.argv[3] ?? '', { agent: false }, (answer) => {
  answer.on('data', () => undefined).on('end', () => process.exit(0));
});
