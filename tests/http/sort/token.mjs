// SPDX-License-Identifier: AGPL-3.0-or-later
// Takes the token of the list's next page and asks with it altered in every way, and elsewhere.
const address = process.argv[2];

const ask = async (url) => {
  const answer = await fetch(url);
  return { status: answer.status, body: await answer.json() };
};

const link = (await ask(address)).body.links.find((one) => one.rel === 'next').href;
const token = new URL(link).searchParams.get('next');
const faults = [];

const expect = async (what, status, change) => {
  const url = new URL(link);
  change(url.searchParams, url);
  const answer = await ask(url);
  if (answer.status !== status) {
    faults.push(`${what}: ${answer.status}`);
  } else if (status === 400 && !answer.body.errors.some((one) => one.parameter === 'next')) {
    faults.push(`${what}: does not name "next"`);
  }
};

await expect('as it is', 200, () => {});
await expect('another limit and format', 200, (query) => { query.set('limit', '7'); });
for (let i = 0; i < token.length; i++) {
  const other = token[i] === 'A' ? 'B' : 'A';
  await expect(`character ${i}`, 400,
    (query) => query.set('next', token.slice(0, i) + other + token.slice(i + 1)));
}
for (let length = 0; length < token.length; length++) {
  await expect(`cut to ${length}`, 400, (query) => query.set('next', token.slice(0, length)));
}
await expect('longer', 400, (query) => query.set('next', `${token}AAAA`));
await expect('another order', 400, (query) => query.set('sortby', 'entrance_steps,-title'));
await expect('the order by number', 400, (query) => query.delete('sortby'));
await expect('another filter', 400, (query) => query.set('wheelchair', 'no'));
await expect('one filter more', 400, (query) => query.set('entrance_steps', '0'));
await expect('one filter less', 400, (query) => query.delete('wheelchair'));
await expect('other properties', 400, (query) => query.set('properties', 'title'));
const plain = address.replace(/\?.*/, '?limit=1');
const second = (await ask(plain)).body.links.find((one) => one.rel === 'next').href;
const elsewhere = await ask(second.replace('/accessibility/', '/needs/'));
if (elsewhere.status !== 400 || elsewhere.body.errors[0].parameter !== 'next') {
  faults.push(`another collection: ${elsewhere.status}`);
}

if (faults.length > 0) {
  console.log(faults.join('\n'));
  process.exit(1);
}
console.log('refused, as it should be');
