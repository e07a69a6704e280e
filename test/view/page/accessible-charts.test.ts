import { afterEach, expect, it } from '@jest/globals';
import { describeInBrowser } from '../../helpers/browser.js';
import { endFedViews, fedView } from '../../helpers/view-feed.js';
