import { CLIENT_PROFILES, FIRST_NAMES, LAST_NAMES, type ClientProfile } from './catalog.js';
import { uuidOf } from './random.js';

export interface SimulatedClient extends ClientProfile {
  id: string;
}

export interface SimulatedUser {
  id: string;
  name: string;
  email: string;
}

/** A tenant of the simulated upstream: who is in it. Its traffic follows from its id. */
export interface Organization {
  id: string;
  name: string;
  /** Heaviest first. */
  clients: readonly SimulatedClient[];
  users: readonly SimulatedUser[];
}

function createOrganization(key: string, name: string, domain: string, clientOffset: number): Organization {
  const clients = CLIENT_PROFILES.map((_, index) => {
    // the second organization has its own order of weights, and so its own heavy clients
    const profile = CLIENT_PROFILES[(index + clientOffset) % CLIENT_PROFILES.length] as ClientProfile;
    return { ...profile, id: uuidOf(`${key}/client/${profile.name}`) };
  });
  const users = FIRST_NAMES.map((first, index) => {
    const last = LAST_NAMES[(index + clientOffset) % LAST_NAMES.length] as string;
    const email = `${first}.${last}@${domain}`.toLowerCase();
    return { id: uuidOf(`${key}/user/${index}`), name: `${first} ${last}`, email };
  });
  return { id: uuidOf(`${key}/organization`), name, clients, users };
}

/** The organization of `demo-admin`, `demo-viewer` and `demo-none`. */
export const DEMO_ORGANIZATION = createOrganization(
  'demo',
  'Northwind Contact Center',
  'northwind.example',
  0,
);

/** The organization of `demo-other-org`. */
export const OTHER_ORGANIZATION = createOrganization('other', 'Contoso Care', 'contoso.example', 5);

export const ORGANIZATIONS: readonly Organization[] = [DEMO_ORGANIZATION, OTHER_ORGANIZATION];

/** The organization with this id; throws for an id that no token or job can carry. */
export function organizationById(id: string): Organization {
  const organization = ORGANIZATIONS.find((candidate) => candidate.id === id);
  if (organization === undefined) throw new Error(`no simulated organization ${id}`);
  return organization;
}
