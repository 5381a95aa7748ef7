/** True when an `Accept-Encoding` header allows gzip (RFC 9110, 12.5.3); a quality of 0 forbids it. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const codings = [header ?? ''].flat().join(',').toLowerCase().split(',');
  const qualities = new Map(codings.map((coding) => toQuality(coding)));
  const quality = qualities.get('gzip') ?? qualities.get('x-gzip') ?? qualities.get('*') ?? 0;
  return quality > 0;
}

function toQuality(coding: string): [string, number] {
  const [name = '', ...parameters] = coding.split(';').map((part) => part.trim());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return [name, quality === undefined ? 1 : Number(quality)];
}
