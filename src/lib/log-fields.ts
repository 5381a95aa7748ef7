/** Fields that stand in every log line while something adds them, such as the trace within which it is written. */
type FieldSource = () => object;

const sources = new Set<FieldSource>();

/** `source` is asked for each line. Gives the function that takes it off again. */
export function addLogFields(source: FieldSource): () => void {
  sources.add(source);
  return () => void sources.delete(source);
}

export function addedLogFields(): object {
  if (sources.size === 0) return {};
  return Object.assign({}, ...[...sources].map((source) => source())) as object;
}
