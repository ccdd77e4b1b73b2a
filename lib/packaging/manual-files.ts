/** The files made from the schemas; `npm run manual` writes them, and a test compares them with the schemas. */
import configSchema from '../../config/config.schema.json';
import secretsSchema from '../../config/secrets.schema.json';
import { exampleFile, reference } from './manual';

/** @returns path inside the project → content */
export function manualFiles(): Record<string, string> {
  return {
    'config/config.example.yaml': exampleFile(configSchema, {
      schemaFile: 'config.schema.json',
      introduction: [
        'Every key with its default. Copy this file to config.yaml beside it and keep what you change: an absent key',
        'has its default, an absent section hue or amazon_aqm is disabled. Only bridge_url and bridge_id have no default;',
        'node bin/auth-hue.js finds the bridge and writes both. Relative paths begin at the parent of this folder.',
      ],
      commentedOut: ['builtin_alerts', 'notify', 'publish'],
    }),
    'config/secrets.example.yaml': exampleFile(secretsSchema, {
      schemaFile: 'secrets.schema.json',
      introduction: [
        'Copy this file to secrets.yaml beside it, readable only by you: install -m 600 secrets.example.yaml secrets.yaml',
        'node bin/auth-hue.js and node bin/auth-amazon.js fill in the first two sections.',
      ],
      commentedOut: ['email', 'heartbeat', 'notify', 'mqtt'],
    }),
    'docs/configuration.md': page(),
  };
}

function page(): string {
  return `<!-- Made from config/*.schema.json by "npm run manual": change the schemas, not this page. -->

# Configuration

Two files: \`config.yaml\` says what is read and where it goes, \`secrets.yaml\` holds the keys. Both are YAML 1.2, checked
whole before anything is done. The keys that people change are in the [README](../README.md#configuration); the others
are rarely needed.

## Which files are read

- \`config.yaml\`: the flag \`--config FILE\`, else the environment variable \`HOME_MONITOR_CONFIG\`, else
  \`config/config.yaml\` of the installation.
- \`secrets.yaml\`: the flag \`--secrets FILE\`, else \`HOME_MONITOR_SECRETS\`, else the \`secrets.yaml\` beside the
  configuration file, else \`config/secrets.yaml\` of the installation.
- Installed by \`npm -g\` (anywhere below a \`node_modules\` folder), both are looked for in
  \`$XDG_CONFIG_HOME/home-temperature-monitor/\` (\`~/.config/home-temperature-monitor/\`).

Paths given as flags or in the environment start at the working directory. Relative paths inside \`config.yaml\` start at
the base directory: the parent of the file's folder if that folder is named \`config\`, else the file's folder. Data and
logs inside \`node_modules\` are refused.

Installed by \`npm -g\`, with the configuration in that folder, the defaults \`data\` and \`logs\` are
\`$XDG_DATA_HOME/home-temperature-monitor\` (\`~/.local/share/…\`) and \`$XDG_STATE_HOME/home-temperature-monitor\`
(\`~/.local/state/…\`). A database that lies beside the configuration stays there; \`htm-health config\` says so.

## What is refused

A command that finds a fault does nothing and exits 2. Every fault is shown with its place, in the order of the lines:

\`\`\`
/home/me/monitor/config/config.yaml:14:3: hue.timeout_second: unknown key, nearest known key: timeout_seconds
\`\`\`

The first eight are printed; \`node bin/health.js\` shows all. A file larger than 1 MB, in another encoding than UTF-8, with
a key that appears twice, or with aliases (\`*name\`) is refused as a whole. Texts that YAML takes for numbers
(\`file_mode: 0600\`, a \`bridge_id\` of digits alone) belong in quotes. Where whole things are counted (\`max_attempts\`,
\`max_backups\`, \`busy_timeout_ms\`, \`wal_autocheckpoint_pages\`), a fraction is rounded down.

In \`secrets.yaml\` a fault in one section stops only that source, and no value is ever quoted.

## Keys of config.yaml

${reference(configSchema)}
## Keys of secrets.yaml

${reference(secretsSchema)}`;
}
