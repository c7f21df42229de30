// SPDX-License-Identifier: AGPL-3.0-or-later
//
// Compares two GeoJSON files of one collection, feature by feature.
//
//   export_compare.mjs copy A B            B was exported from a map that A was imported into
//   export_compare.mjs gdal A B            B is what GDAL read of a GeoPackage of A
//   export_compare.mjs shapefile A B COLUMNS   … of Shapefiles (B: several, with commas between)
import { readFileSync } from "node:fs";

const [how, a, b, columns] = process.argv.slice(2);
const features = (path) => JSON.parse(readFileSync(path, "utf8")).features;
const fail = (words) => {
    console.error(words);
    process.exit(1);
};

const is_area = (geometry) => geometry.type.endsWith("Polygon");

// The numbers of all positions.
const flat = (geometry) => {
    if (geometry === null) {
        return [];
    }
    const numbers = geometry.coordinates.flat(Infinity);
    if (how !== "shapefile" || !is_area(geometry)) {
        return numbers;
    }
    // Its rings turn the other way there.
    const positions = [];
    for (let i = 0; i < numbers.length; i += 2) {
        positions.push(numbers[i + 1].toFixed(7) + numbers[i].toFixed(7) + " " + numbers.slice(i, i + 2));
    }
    return positions.sort().flatMap((position) => position.split(" ")[1].split(",").map(Number));
};

// Within what seven decimals and GDAL's rounding of them allow.
const same_place = (one, other) =>
    one.length === other.length && one.every((number, i) => Math.abs(number - other[i]) < 2.1e-7);

const text = (value) => {
    if (value === null || value === undefined) {
        return "";
    }
    return Array.isArray(value) ? value.join("|") : String(value).trim();
};
const time = (value) => (value ? new Date(value.replace(/ (\d\d:)/, "T$1").replace(/\+00$/, "Z")).getTime() : 0);
const cut = (value) => {
    let bytes = Buffer.from(value);
    for (let size = 254; bytes.length > 254; size--) {
        const part = bytes.subarray(0, size);
        if (!part.toString().endsWith("\ufffd")) {
            bytes = part;
        }
    }
    return bytes.toString();
};

// name -> short name, of Shapefiles
const short = new Map();
if (columns) {
    for (const line of readFileSync(columns, "utf8").split("\r\n")) {
        const [, column, name] = line.split(",");
        short.set(name, column);
    }
}
const value_of = (properties, name) => properties[short.get(name) ?? name];

const same = (name, one, other) => {
    if (name === "created" || name === "updated" || (how === "gdal" && /T\d\d:.*Z$/.test(one))) {
        // GeoPackage keeps milliseconds.
        return Math.abs(time(one) - time(other)) <= 1;
    }
    if (typeof one === "boolean") {
        return one === (other === 1 ? true : other === 0 ? false : other);
    }
    if (typeof one === "number") {
        return Math.abs(one - other) <= Math.abs(one) * 1e-14;
    }
    const words = text(one).replace(/\r\n/g, "\n");
    const date = text(other).replace(/^(\d{4})\/(\d\d)\/(\d\d)$/, "$1-$2-$3");
    return (how === "shapefile" ? cut(words).trim() : words) === date.replace(/\r\n/g, "\n").trim();
};

const own = how === "copy" ? ["created", "updated", "version", "source", "source_id", "author"] : [];
const left = features(a);
const right = b.split(",").flatMap(features);
if (left.length !== right.length) {
    fail(`${left.length} features became ${right.length}`);
}
const by_key = new Map();
for (const feature of right) {
    by_key.set(how === "copy" ? feature.properties.source_id : feature.properties.id, feature);
}
let values = 0;
for (const feature of left) {
    const other = by_key.get(feature.id);
    if (!other) {
        fail(`${feature.id} is missing`);
    }
    if (!same_place(flat(feature.geometry), flat(other.geometry))) {
        fail(`${feature.id} is elsewhere: ${flat(feature.geometry)} / ${flat(other.geometry)}`);
    }
    for (const [name, value] of Object.entries(feature.properties)) {
        const found = value_of(other.properties, name);
        if (!own.includes(name) && !same(name, value, found)) {
            fail(`${feature.id}: ${name} ${JSON.stringify(value)} became ${JSON.stringify(found)}`);
        }
        values++;
    }
}
console.log(`${left.length} features, ${values} values`);
