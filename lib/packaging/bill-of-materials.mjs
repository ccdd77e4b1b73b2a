/** What is shipped, in the form of CycloneDX, which tools compare with known weaknesses. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { PackageURL } from 'packageurl-js';
import spdx from 'spdx-expression-parse';
import { allOf, packagesBeside, ROOT } from './shipped.mjs';

/** @param bundles bundle → what is in it, as `packagesInBundles` gives it */
export function billOf(bundles) {
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
  const seen = new Set();
  for (const { folder, manifest } of [...allOf(bundles).values(), ...packagesBeside(bundles)]) {
    const component = componentOf(manifest, Enums.ComponentType.Library);
    // npm may install the same version at several places.
    if (seen.has(component.bomRef.value)) continue;
    seen.add(component.bomRef.value);
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
