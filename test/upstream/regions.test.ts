import { describe, expect, it } from '@jest/globals';
import sdk from 'purecloud-platform-client-v2';
import { GENESYS_REGIONS, regionUrls } from '../../src/upstream/regions.js';

// On import the SDK starts to watch a file in the home directory.
const { config } = sdk.ApiClient.instance;
config.live_reload_config = false;
config.setConfigPath('');

describe('the regions', () => {
  it('are those of the official SDK, with the same domains', () => {
    const expected = Object.entries(sdk.PureCloudRegionHosts).map(([region, domain]) => [
      region,
      { apiUrl: `https://api.${domain}`, loginUrl: `https://login.${domain}` },
    ]);
    const ours = GENESYS_REGIONS.map((region) => [region, regionUrls(region)]);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(expected));
  });
});
