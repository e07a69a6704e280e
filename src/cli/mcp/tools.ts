import type { Tool } from './tool.js';
import { compare } from './tools/compare.js';
import { events } from './tools/events.js';
import { metrics, spans } from './tools/metrics.js';
import { errors, patterns } from './tools/patterns.js';
import { summary } from './tools/summary.js';
import { trace } from './tools/trace.js';
import { traces } from './tools/traces.js';

/** All tools, in the order of the list. */
export const TOOLS: readonly Tool[] = [summary, errors, patterns, events, traces, trace, spans, metrics, compare];
