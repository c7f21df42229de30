// SPDX-License-Identifier: AGPL-3.0-or-later
// The words of the page of a map. Imported first: what it imports may ask for a sentence at once.

import { addWords } from './i18n';
import commonEn from './locales/common.en.json';
import commonFr from './locales/common.fr.json';
import en from './locales/map.en.json';
import fr from './locales/map.fr.json';

addWords(commonFr, commonEn);
addWords(fr, en);
