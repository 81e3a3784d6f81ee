/**
 * SqueezeNet 1.1 (Iandola et al., arXiv 1602.07360), names of torchvision. A fire module squeezes to few channels by 1x1 layers and expands by
 * 1x1 and 3x3 layers side by side. Pools round their number of windows up. `avgpool` is the mean of the last module, 512 features.
 */
import { Graph } from "../graph.ts";
import type { Architecture } from "./architecture.ts";

/** [squeezed, expanded each way] by place in `features`; a number is a pool. */
const FIRES = { 3: [16, 64], 4: [16, 64], 6: [32, 128], 7: [32, 128], 9: [48, 192], 10: [48, 192], 11: [64, 256], 12: [64, 256] } as const;

function squeezenet(classes: number): Graph {
  const g = new Graph();
  const pool = { kernel: 3, stride: 2, ceil: true };
  let x = g.relu("features.1", g.convolution("features.0", "input", { channels: 64, kernel: 3, stride: 2 }));
  for (let i = 2; i <= 12; i++) {
    const name = `features.${i}`;
    if (!(i in FIRES)) {
      x = g.maxPool(name, x, pool);
      continue;
    }
    const [squeezed, channels] = FIRES[i as keyof typeof FIRES];
    const s = g.relu(`${name}.squeeze_activation`, g.convolution(`${name}.squeeze`, x, { channels: squeezed, kernel: 1 }));
    const a = g.relu(`${name}.expand1x1_activation`, g.convolution(`${name}.expand1x1`, s, { channels, kernel: 1 }));
    const b = g.relu(`${name}.expand3x3_activation`, g.convolution(`${name}.expand3x3`, s, { channels, kernel: 3, padding: 1 }));
    x = g.concat(name, [a, b]);
  }
  g.globalAverage("avgpool", x);
  if (classes > 0) g.globalAverage("classifier.3", g.relu("classifier.2", g.convolution("classifier.1", x, { channels: classes, kernel: 1 })));
  return g;
}

export const SQUEEZENETS: readonly Architecture[] = [{
  name: "squeezenet1_1", source: "arXiv 1602.07360", input: () => [3, 224, 224], features: "avgpool", preprocessing: "imagenet",
  graph: (sizeOf) => squeezenet(sizeOf("classifier.1.weight", 0, 0)),
}];
