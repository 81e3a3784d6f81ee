"""Networks for onnxruntime, with the weights of fixtures/encoders/generate.py: python3 bench/peers/export_onnx.py FOLDER"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "fixtures", "encoders"))
import torch
from generate import fill
from models import MODELS

NETWORKS = [("resnet18-cifar", 32), ("resnet18", 32), ("resnet18", 224), ("resnet50", 224)]
for name, side in NETWORKS:
    model = MODELS[name][0]()
    fill(model)
    torch.onnx.export(model.eval(), torch.zeros(1, 3, side, side), os.path.join(sys.argv[1], f"{name}-{side}.onnx"), input_names=["x"], output_names=["y"], opset_version=13)
LAYERS = {
    "conv3-56": ("conv", torch.nn.Conv2d(64, 64, 3, 1, 1), (64, 56, 56)),
    "conv3s2-56": ("conv", torch.nn.Conv2d(64, 128, 3, 2, 1), (64, 56, 56)),
    "conv1-14": ("conv", torch.nn.Conv2d(256, 256, 1), (256, 14, 14)),
    "conv7-224": ("conv", torch.nn.Conv2d(3, 64, 7, 2, 3), (3, 224, 224)),
    "transposed-32": ("up", torch.nn.ConvTranspose2d(64, 64, 4, 2, 1), (64, 32, 32)),
}
for file, (name, layer, shape) in LAYERS.items():
    model = torch.nn.Sequential()
    model.add_module(name, layer)
    fill(model)
    torch.onnx.export(model, torch.zeros(1, *shape), os.path.join(sys.argv[1], f"{file}.onnx"), input_names=["x"], output_names=["y"], opset_version=13)
