// SPDX-License-Identifier: AGPL-3.0-or-later
// OGC API Features part 3 (19-079r2), clause 6, and what of part 5 (23-058r2) describes it: queryables.
import { expect, getOk, link, skipUnless } from './suite.mjs';

const CLASS = 'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables';
const REL = 'http://www.opengis.net/def/rel/ogc/1.0/queryables';
const TYPE = 'application/schema+json';

function expectProperty(name, property) {
  expect(typeof property.title === 'string' && property.title !== '', `${name} has no title`);
  const spatial = (property.format ?? '').startsWith('geometry-');
  expect(spatial ? property.type === undefined && property.$ref === undefined : typeof property.type === 'string',
    `${name}: type is ${property.type}`);
}

export async function checkQueryables(report, context) {
  if (!context.classes.includes(CLASS)) {
    await report.check('queryables: the class is declared', async () => skipUnless(false, 'it is not'));
    return;
  }
  for (const collection of context.collections) {
    await report.check(`queryables: ${collection.id}: a JSON Schema of what can be asked`, async () => {
      const where = link(collection.links, REL, TYPE);
      expect(where, `no link ${REL} of type ${TYPE}`);
      const answer = await getOk(where.href, TYPE);
      expect((answer.headers['content-type'] ?? '').startsWith(TYPE), answer.headers['content-type']);
      const schema = answer.json();
      expect(/^https:\/\/json-schema\.org\/draft\/(2019-09|2020-12)\/schema$/.test(schema.$schema), schema.$schema);
      expect(schema.$id === where.href && !schema.$id.includes('?'), `$id is ${schema.$id}`);
      expect(schema.type === 'object' && typeof schema.additionalProperties === 'boolean', 'it is no object');
      const roles = {};
      for (const [name, property] of Object.entries(schema.properties)) {
        expectProperty(name, property);
        const role = property['x-ogc-role'];
        expect(role === undefined || roles[role] === undefined, `two have the role ${role}`);
        roles[role] = name;
      }
      for (const role of ['id', 'primary-geometry', 'primary-instant']) {
        expect(roles[role], `none has the role ${role}`);
      }
    });
  }
}
