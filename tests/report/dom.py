"""The page as a tree, read by the standard library's HTML parser."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "input"}


@dataclass
class Node:
    """An element, or the document."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        """Its classes."""
        return set((self.attributes.get("class") or "").split())

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def __iter__(self) -> Iterator["Node"]:
        """Every element below, in document order."""
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child

    def all(self, tag: str = "", cls: str = "") -> list["Node"]:
        """Find what is below, by tag and class."""
        return [node for node in self if (not tag or node.tag == tag) and (not cls or cls in node.classes)]

    def one(self, tag: str = "", cls: str = "") -> "Node":
        """Find the only one."""
        (found,) = self.all(tag, cls)
        return found

    def by_id(self, name: str) -> "Node":
        """Find what has this id."""
        (found,) = [node for node in self if node.attributes.get("id") == name]
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.document = Node("")
        self._open = [self.document]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs))
        assert len(node.attributes) == len(attrs), f"an attribute stands twice: {tag} {attrs}"
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data!r}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"a processing instruction: {data!r}")


def read(html: str) -> Node:
    """Read a document or a fragment; AssertionError when an element is not closed by its own end tag."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader._open == [reader.document], "an element is left open"
    return reader.document


def tags(html: str) -> Counter[str]:
    """How many elements of each kind there are."""
    return Counter(node.tag for node in read(html))
