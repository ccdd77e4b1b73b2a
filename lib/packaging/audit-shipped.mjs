/**
 * `npm run audit-shipped`: prints which code of others is in each bundle, with version and licence, and writes NOTICE.
 * `-- --sbom FILE` writes the same as a CycloneDX bill of materials, for tools that look for known weaknesses.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import spdx from 'spdx-expression-parse';
import { PackageURL } from 'packageurl-js';
import { allOf, noticeOf, packagesBeside, ROOT, shippedPackages } from './shipped.mjs';

const bundles = await shippedPackages();
const all = allOf(bundles);

for (const [bundle, packages] of Object.entries({ ...bundles, 'beside the bundles': packagesBeside() })) {
  console.log(`${bundle}: ${packages.length} packages`);
  for (const { name, version, license } of packages) console.log(`  ${name}@${version}  ${license}`);
}
writeFileSync(join(ROOT, 'NOTICE'), noticeOf([...all.values()]));

const flag = process.argv.indexOf('--sbom');
if (flag > 0) {
  const file = resolve(process.argv[flag + 1] ?? 'sbom.cdx.json');
  writeFileSync(file, billOf(bundles, all));
  console.log(`${file} is written`);
}

function billOf(bundles, all) {
  const licences = new Contrib.License.Factories.LicenseFactory(spdx);
  const builder = new Contrib.FromNodePackageJson.Builders.ComponentBuilder(
    new Contrib.FromNodePackageJson.Factories.ExternalReferenceFactory(),
    licences,
  );
  const componentOf = (manifest, type) => {
    const component = builder.makeComponent(manifest, type);
    const [group, name] = manifest.name.startsWith('@') ? manifest.name.split('/') : [undefined, manifest.name];
    component.purl = new PackageURL('npm', group, name, manifest.version, undefined, undefined);
    component.bomRef.value = component.purl.toString();
    return component;
  };
  const bill = new Models.Bom();
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  bill.metadata.component = componentOf(own, Enums.ComponentType.Application);
  for (const { folder, manifest } of all.values()) {
    const component = componentOf(manifest, Enums.ComponentType.Library);
    for (const [bundle, packages] of Object.entries(bundles)) {
      if (packages.some((each) => each.folder === folder)) {
        component.properties.add(new Models.Property('home-temperature-monitor:bundle', bundle));
      }
    }
    bill.components.add(component);
    bill.metadata.component.dependencies.add(component.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bill, { sortLists: true, space: 2 })}\n`;
}
