"""``python -m voxloop.graphql.export`` prints the schema that stands committed as ``schema.graphql``."""

from voxloop.graphql.schema import sdl

if __name__ == "__main__":
    print(sdl(), end="")
