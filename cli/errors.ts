/** A mistake in how the program was called: says what is wrong and what is allowed. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** There was nothing to run. Exit code 4. */
export class NothingRanError extends Error {
  override readonly name = 'NothingRanError'
}
