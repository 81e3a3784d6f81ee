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
up = torch.nn.Sequential()
up.add_module("up", torch.nn.ConvTranspose2d(64, 64, 4, 2, 1))
fill(up)
torch.onnx.export(up, torch.zeros(1, 64, 32, 32), os.path.join(sys.argv[1], "transposed-32.onnx"), input_names=["x"], output_names=["y"], opset_version=13)
