/** Between the ids that clients see and the UUIDs that the store and its notifications bear. */

const ID_PATTERN = /^exe_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** `exe_` and the UUID without dashes: opaque to clients, found again by eye in the database. */
export function toPublicId(uuid: string): string {
  return `exe_${uuid.replaceAll('-', '')}`;
}

/** The UUID of a public id; null for anything that we never gave out. */
export function toUuid(publicId: string): string | null {
  const match = ID_PATTERN.exec(publicId);
  return match ? match.slice(1).join('-') : null;
}
