import type { ItemKind } from '../../model/query.js';
import { badRequest } from './api-error.js';
import type { Parameters } from './parameters.js';

const KINDS: readonly ItemKind[] = ['event', 'metric'];

/**
 * The parameter `kinds`: both if it is not given, none of `none`.
 *
 * @throws ApiProblem 400 if there is another word in it.
 */
export function kindsOf(given: Parameters): readonly ItemKind[] {
  const text = given.text('kinds');
  if (text === undefined) return KINDS;
  if (text === 'none') return [];
  return text.split(',').map((word) => {
    const kind = KINDS.find((one) => one === word);
    if (kind !== undefined) return kind;
    throw badRequest(`expected "kinds" to be of event and metric, or none, got "${text.slice(0, 40)}"`);
  });
}
