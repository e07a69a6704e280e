import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { RequestError } from '../api/request.js';
import { type Filter, TEXT_FIELDS } from './filter.js';
import { filter } from './location.js';

/** Why the server does not take the filter. */
export interface Refusal {
  /** The condition that is wrong; `undefined` if the answer names none. */
  readonly field: keyof Filter | undefined;
  readonly text: string;
}

const BAD_REQUEST = 400;
const FIELDS: ReadonlySet<string> = new Set([...TEXT_FIELDS, 'where']);

const textNow = signal<string | undefined>(undefined);

/** Why the server does not take the filter as it is; `undefined` if it does, or was not asked yet. */
export const refusal: ReadonlySignal<Refusal | undefined> = computed(() =>
  textNow.value === undefined ? undefined : { field: fieldIn(textNow.value), text: textNow.value },
);

// another filter is another question
effect(() => {
  void filter.value;
  textNow.value = undefined;
});

/** Whether a request failed because the server does not take it as it is: the same one again is of no use. */
export function isRefusal(error: unknown): error is RequestError {
  return error instanceof RequestError && error.status === BAD_REQUEST;
}

/** Shows why the filter is not taken. */
export function refuse({ message }: RequestError): void {
  textNow.value = message;
}

/** The condition that a message is about: the first that it names. */
function fieldIn(text: string): keyof Filter | undefined {
  return text.match(/\w+/g)?.find(isField);
}

function isField(word: string): word is keyof Filter {
  return FIELDS.has(word);
}
