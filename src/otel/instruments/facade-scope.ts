/** The instrumentation scope of the facade's own instruments, which our metric reader leaves out. */
export const FACADE_SCOPE = 'rimp';
