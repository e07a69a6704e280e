import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { RequestError } from '../api/request.js';
import { type Filter, TEXT_FIELDS } from './filter.js';
import { filter, route } from './location.js';

/** Why the server does not take the filter. */
export interface Refusal {
  /** The condition that is wrong; `undefined` if the answer names none. */
  readonly field: keyof Filter | undefined;
  readonly text: string;
  /** Which of several expressions is wrong; `undefined` if the answer names none. */
  readonly where: string | undefined;
}

const BAD_REQUEST = 400;
const FIELDS: ReadonlySet<string> = new Set([...TEXT_FIELDS, 'where']);

const errorNow = signal<RequestError | undefined>(undefined);

/** Why the server does not take the filter as it is; `undefined` if it does, or was not asked yet. */
export const refusal: ReadonlySignal<Refusal | undefined> = computed(() => {
  if (errorNow.value === undefined) return undefined;
  const { message, where } = errorNow.value;
  return { field: where === undefined ? fieldIn(message) : 'where', text: message, where };
});

// another filter is another question, and so is the same filter on another page
effect(() => {
  void filter.value;
  void route.value;
  errorNow.value = undefined;
});

/** Whether a request failed because the server does not take it as it is: the same one again is of no use. */
export function isRefusal(error: unknown): error is RequestError {
  return error instanceof RequestError && error.status === BAD_REQUEST;
}

/** Shows why the filter is not taken. */
export function refuse(error: RequestError): void {
  errorNow.value = error;
}

/** The condition that a message is about: the first that it names. */
function fieldIn(text: string): keyof Filter | undefined {
  return text.match(/\w+/g)?.find(isField);
}

function isField(word: string): word is keyof Filter {
  return FIELDS.has(word);
}
