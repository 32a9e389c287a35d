"""Which packages are installed: those that are found, and the folder `fixtures` as promotion.fixtures."""

from setuptools import find_packages, setup

setup(packages=[*find_packages(include=["promotion", "promotion.*", "tests_promotion"]), "promotion.fixtures"])
