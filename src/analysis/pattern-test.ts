import { foldMessage } from './fold-message.js';
import { ANY, wordsOf } from './pattern-tree.js';

/** Makes the test whether a message is one of a pattern, given as `MessagePatterns` writes it. */
export function patternTest(pattern: string): (message: string) => boolean {
  const wanted = pattern.split(' ');
  return (message) => {
    const words = wordsOf(foldMessage(message));
    return words.length === wanted.length && wanted.every((word, i) => word === ANY || word === words[i]);
  };
}
