// SPDX-License-Identifier: AGPL-3.0-or-later
// The words of the pages of community/: see words_map.ts.

import { addWords } from './i18n';
import commonEn from './locales/common.en.json';
import commonFr from './locales/common.fr.json';
import communityEn from './locales/community.en.json';
import communityFr from './locales/community.fr.json';
import en from './locales/profile.en.json';
import fr from './locales/profile.fr.json';

addWords(commonFr, commonEn);
addWords(communityFr, communityEn);
addWords(fr, en);
