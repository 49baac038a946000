/** Bounds on what is read, so that a hostile or mistaken file ends in a message and not in a full memory. */

/** Largest file read: a release manifest of a big system has 1 MiB, a CSV trace of a year by minutes 10 MiB. */
export const MAXIMUM_FILE_BYTES = 64 * 1024 * 1024;

/** Documents in one YAML file. */
export const MAXIMUM_DOCUMENTS = 10_000;

/** Nodes of one file after its aliases are expanded (a 10,000-object manifest has about 1,000,000). */
export const MAXIMUM_NODES = 5_000_000;

/** Nodes that come from aliases: anchors save typing, a file that lives on them is a bomb. */
export const MAXIMUM_ALIAS_NODES = 10_000;

/** Maps and lists within each other. Kubernetes' own objects stay under 30. */
export const MAXIMUM_DEPTH = 100;

/** Problems of one file after which reading it stops: whoever has so many has one big one. */
export const MAXIMUM_DIAGNOSTICS = 1_000;

/** Problems that are printed. */
export const MAXIMUM_PRINTED = 20;

/** etcd takes no request above 1.5 MiB (etcd --max-request-bytes), so no object and no text in one may be longer. */
export const MAXIMUM_OBJECT_BYTES = 1_572_864;

/** Longest text in one place. */
export const MAXIMUM_SCALAR = MAXIMUM_OBJECT_BYTES;

/** Longest line of YAML: what an object may hold, and its indentation. */
export const MAXIMUM_LINE = 2 * MAXIMUM_SCALAR;

/** Rows of a CSV trace. */
export const MAXIMUM_ROWS = 5_000_000;

/** Nodes, pools and sources that one scenario may ask for. */
export const MAXIMUM_CLUSTER_NODES = 100_000;

/** Timeline entries after repetition. */
export const MAXIMUM_TIMELINE_ENTRIES = 100_000;

/** Files that a glob of `manifests:` may name. */
export const MAXIMUM_MANIFEST_FILES = 10_000;

/** Longest run: 285 years are exact in microseconds, ten years are more than anybody plans. */
export const MAXIMUM_DURATION_DAYS = 3_660;

/** Length of a column name or other word quoted whole in a message. */
export const MAXIMUM_WORD = 100;
