import { expect, it } from '@jest/globals';
import { Histogram, Registry } from 'prom-client';

import { addDistribution } from '../../src/metrics/distribution.js';

it('shows what the histogram of the library shows, line by line', async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const described = { name: 'waits_seconds', help: 'How long.\nAnd "why".', buckets: [0.1, 1, 10] };
  const observe = addDistribution(ours, { ...described, label: 'door', values: ['front', 'back'] });
  const histogram = new Histogram({ ...described, labelNames: ['door'], registers: [theirs] });
  histogram.zero({ door: 'front' });
  histogram.zero({ door: 'back' });
  for (const seconds of [0, 0.1, 0.100001, 1, 9.9, 10, 10.5, 1_000]) {
    observe.front(seconds);
    histogram.observe({ door: 'front' }, seconds);
  }
  observe.back(0.25);
  histogram.observe({ door: 'back' }, 0.25);
  expect(await ours.metrics()).toBe(await theirs.metrics());
});
