#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""QGIS on a map of Jalon, without a screen: the collections by OGC API - Features, the vector tiles
with the map's own style, and a picture of both.

    render.py MAP PICTURE       MAP is the address of a map, such as http://127.0.0.1:8080/maps/montpellier

Compares what QGIS counts with what the program counts; ends with 1 when they differ. Needs Debian's
python3-qgis (some 800 MB with what it pulls in), which is why it is no part of deploy/test.
"""
import json
import os
import sys
import urllib.parse
import urllib.request

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (  # noqa: E402 - the platform has to be chosen before
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsMapBoxGlStyleConverter,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor, QImage, QPainter  # noqa: E402

BOX = QgsRectangle(3.872, 43.607, 3.882, 43.614)
WGS84 = QgsCoordinateReferenceSystem("EPSG:4326")
MERCATOR = QgsCoordinateReferenceSystem("EPSG:3857")


def get(address):
    with urllib.request.urlopen(address) as answer:
        return json.load(answer)


def features_layer(root, collection):
    """A collection as QGIS's own OGC API - Features provider has it."""
    source = f"url='{root}' typename='{collection['id']}' restrictToRequestBBOX='1'"
    layer = QgsVectorLayer(source, collection["title"], "OAPIF")
    if not layer.isValid():
        raise SystemExit(f"QGIS could not open {collection['id']}: {layer.error().message()}")
    if layer.renderer() is not None:  # QGIS learns the kind of geometry from the first contributions
        layer.renderer().symbol().setColor(QColor(collection["color"]))
    return layer


def count_in_box(layer):
    """Only what is in the box: QGIS reads on in a thread of its own until it has all of it."""
    return sum(1 for _ in layer.getFeatures(QgsFeatureRequest().setFilterRect(BOX)))


def tiles_layer(root):
    """The vector tiles with the map's style, both from their addresses."""
    tilejson = get(f"{root}/tilejson?f=json")
    tiles = urllib.parse.quote(tilejson["tiles"][0], safe="")
    source = f"type=xyz&url={tiles}&zmin={tilejson['minzoom']}&zmax={tilejson['maxzoom']}"
    layer = QgsVectorTileLayer(source, "tiles")
    if not layer.isValid():
        raise SystemExit(f"QGIS could not open the tiles: {layer.error().message()}")
    converter = QgsMapBoxGlStyleConverter()
    if converter.convert(get(f"{root}/styles/collections?f=json")) != QgsMapBoxGlStyleConverter.Success:
        raise SystemExit(f"QGIS could not read the style: {converter.errorMessage()}")
    for warning in converter.warnings():
        print(f"QGIS of the style: {warning}")
    layer.setRenderer(converter.renderer())
    layer.setLabeling(converter.labeling())
    return layer


def draw(layers):
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(MERCATOR)
    to_mercator = QgsCoordinateTransform(WGS84, MERCATOR, QgsProject.instance())
    settings.setExtent(to_mercator.transformBoundingBox(BOX))
    settings.setOutputSize(QSize(440, 440))
    settings.setBackgroundColor(QColor("#f5f4ef"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


def coloured(image, color):
    """How many of the picture's points have this colour."""
    wanted = QColor(color).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def main(root, picture):
    failed = False
    box = f"{BOX.xMinimum()},{BOX.yMinimum()},{BOX.xMaximum()},{BOX.yMaximum()}"
    collections = get(f"{root}/collections?f=json")["collections"]
    drawn = []
    for collection in collections:
        items = f"{root}/collections/{collection['id']}/items?f=json&limit=1&bbox={box}"
        layer = features_layer(root, collection)
        expected, found = get(items)["numberMatched"], count_in_box(layer)
        print(f"{collection['id']}: QGIS {found}, the program {expected}, of {layer.featureCount()}")
        failed |= found != expected
        drawn.insert(0 if "LineString" in collection["geometry_types"] else len(drawn), layer)
    features, tiles = draw(drawn[::-1]), draw([tiles_layer(root)])
    for collection in collections:
        if collection["item_count"] > 0:
            seen = coloured(features, collection["color"]), coloured(tiles, collection["color"])
            print(f"{collection['id']}: {seen[0]} points of the picture by features, {seen[1]} by tiles")
            failed |= 0 in seen
    both = features.copy(0, 0, features.width() * 2, features.height())
    painter = QPainter(both)
    painter.drawImage(features.width(), 0, tiles)
    painter.end()
    both.convertToFormat(QImage.Format_Indexed8).save(picture)
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    application = QgsApplication([], False)
    application.initQgis()
    code = main(sys.argv[1].rstrip("/"), sys.argv[2])
    application.exitQgis()
    sys.exit(code)
