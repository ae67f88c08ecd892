"""Faces that are numbers, and a face that is drawn."""

from __future__ import annotations

import cv2
import numpy as np

from vcam.core.geometry import Box
from vcam.core.observation import Face, FaceShape
from vcam.recognizers.people_gallery import Person

SIZE = 16


def numbers(seed: int, size: int = SIZE) -> np.ndarray:
    given = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    return given / np.linalg.norm(given)


def near(face: np.ndarray, likeness: float, seed: int = 0) -> np.ndarray:
    other = numbers(seed + 1000, len(face))
    other -= face * (face @ other)
    other /= np.linalg.norm(other)
    return (face * likeness + other * np.sqrt(1 - likeness**2)).astype(np.float32)


def person(name: str, seed: int, faces: int = 3, since: float = 1.7e9) -> Person:
    middle = numbers(seed)
    return Person(name, since, np.array([near(middle, 0.95, each) for each in range(faces)]))


def face(track_id: int = 1, yaw: float = 0.0, pitch: float = 0.0, size: float = 200) -> Face:
    at = np.float32
    eyes = np.array([[size * 0.7, size * 0.9], [size * 1.3, size * 0.9]], at)
    shape = FaceShape(np.zeros(2, at), np.zeros(2, at), np.zeros((2, 2), at), yaw, pitch)
    middle = np.array([size, size], at)
    box = Box(size / 2, size / 2, size, size * 1.2)
    return Face(track_id, box, eyes, middle, middle, 1.0, shape)


def texture(seed: int = 0, blur: float = 1.0, light: float = 128, spread: float = 40) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(112, 96)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), blur)
    noise *= spread / noise.std()
    return np.clip(noise + light, 0, 255).astype(np.uint8)
