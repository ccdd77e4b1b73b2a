/** The command that makes a configuration file of its example. */
import { dirname, join } from 'node:path';
import { shellQuoted } from '../wording';
import { installationDirectory } from './find';

/** @param name `config` or `secrets`; secrets are readable by their owner only */
export function copyOfExample(
  name: 'config' | 'secrets',
  file: string,
  installation = installationDirectory(),
): string {
  const schemas = join(installation, 'config');
  const example = shellQuoted(join(schemas, `${name}.example.yaml`));
  const target = shellQuoted(file);
  const steps = [
    `mkdir -p ${shellQuoted(dirname(file))}`,
    `${name === 'secrets' ? 'install -m 600' : 'cp'} ${example} ${target}`,
    // The first line names the schema, for editors; it lies beside the example.
    ...(dirname(file) === schemas ? [] : [`sed -i ${shellQuoted(`1s|\\./|${schemas}/|`)} ${target}`]),
  ];
  return steps.join(' && ');
}
