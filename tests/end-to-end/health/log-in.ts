/** Does what "Log in again: node bin/auth-amazon.js" says: opens the address, logs in, pastes the address of the last page. */
import type { Bench } from './bench';

export async function logInAtAmazon(bench: Bench): Promise<void> {
  const { cloud } = bench.home;
  const shown = await bench.run('auth-amazon');
  const address = /https?:\/\/\S+\/ap\/signin\?\S+/.exec(shown.stdout + shown.stderr)?.[0];
  if (address === undefined) throw new Error(`auth-amazon shows no address: ${shown.stdout}${shown.stderr}`);
  const { exitCode, stderr } = await bench.run('auth-amazon', ['--url', cloud.signIn(address)]);
  if (exitCode !== 0) throw new Error(`auth-amazon ended with ${exitCode ?? 'a signal'}: ${stderr}`);
}
