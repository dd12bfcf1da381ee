/** What the configuration reads of a process's environment; handed in, so that tests need not change their own. */
export type Environment = Readonly<Record<string, string | undefined>>;
