/** For the library itself: the fields that a constructor is given are of the right types. */
export const CHECKED = Symbol('checked');
