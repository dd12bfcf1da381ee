import type * as Koffi from 'koffi';

/** What kernel/ uses of koffi: synchronous calls with integers, and memory that never moves. */
export type ForeignFunctions = Pick<typeof Koffi, 'load' | 'errno' | 'alloc' | 'view' | 'address'>;
