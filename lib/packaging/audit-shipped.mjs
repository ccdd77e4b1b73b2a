/**
 * `npm run audit-shipped`: prints which code of others is in each bundle, with version and licence, and writes NOTICE.
 * `-- --sbom FILE` writes the same as a CycloneDX bill of materials, for tools that look for known weaknesses.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { billOf } from './bill-of-materials.mjs';
import { allOf, noticeOf, packagesBeside, ROOT, shippedPackages } from './shipped.mjs';

const bundles = await shippedPackages();
const all = allOf(bundles);

for (const [bundle, packages] of Object.entries({ ...bundles, 'beside the bundles': packagesBeside(bundles) })) {
  console.log(`${bundle}: ${packages.length} packages`);
  for (const { name, version, license } of packages) console.log(`  ${name}@${version}  ${license}`);
}
writeFileSync(join(ROOT, 'NOTICE'), noticeOf([...all.values()]));

const flag = process.argv.indexOf('--sbom');
if (flag > 0) {
  const file = resolve(process.argv[flag + 1] ?? 'sbom.cdx.json');
  writeFileSync(file, billOf(bundles));
  console.log(`${file} is written`);
}
