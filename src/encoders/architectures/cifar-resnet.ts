/**
 * The residual networks that He et al. (arXiv 1512.03385, section 4.2) trained on CIFAR-10, with the names of akamaster/pytorch_resnet_cifar10:
 * 3x3 layers of 16, 32, 64 channels on maps of 32, 16, 8 pixels, 2n layers each, 6n + 2 in all. Shortcuts have no parameters (option A): where
 * the shape changes, every second pixel, its channels in the middle of zeros.
 */
import { Graph } from "../graph.ts";
import type { Architecture } from "./architecture.ts";

function cifarResnet(n: number, classes: number): Graph {
  const g = new Graph();
  let x = g.convolution("conv1", "input", { channels: 16, kernel: 3, padding: 1, bias: false });
  x = g.relu("relu", g.batchNorm("bn1", x));
  for (const [stage, channels] of [16, 32, 64].entries()) {
    for (let i = 0; i < n; i++) {
      const name = `layer${stage + 1}.${i}`;
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const shortcut = stride === 1 ? x : g.subsample(`${name}.shortcut`, x, 2, channels, channels / 4);
      let y = g.convolution(`${name}.conv1`, x, { channels, kernel: 3, stride, padding: 1, bias: false });
      y = g.relu(`${name}.relu1`, g.batchNorm(`${name}.bn1`, y));
      y = g.convolution(`${name}.conv2`, y, { channels, kernel: 3, padding: 1, bias: false });
      y = g.add(`${name}.add`, g.batchNorm(`${name}.bn2`, y), shortcut);
      x = g.relu(name, y);
    }
  }
  x = g.globalAverage("avgpool", x);
  if (classes > 0) g.linear("linear", x, classes);
  return g;
}

export const CIFAR_RESNETS: readonly Architecture[] = [20, 32, 44, 56].map((layers) => ({
  name: `cifar-resnet${layers}`, source: "arXiv 1512.03385, section 4.2", input: () => [3, 32, 32], features: "avgpool", preprocessing: "imagenet-whole",
  graph: (sizeOf) => cifarResnet((layers - 2) / 6, sizeOf("linear.weight", 0, 0)),
}));
