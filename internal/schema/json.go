package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// maxNesting limits the depth of a value, and so the stack that reading the value
// takes. json.Decoder has a limit, too, but Token doesn't apply it.
const maxNesting = 1000

// ParseJSON reads one JSON value into a tree. It keeps the literals of numbers and
// the order of members, so an update sends back exactly the values that the API
// returned.
func ParseJSON(data []byte) (*Node, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	n, err := parseValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return n, nil
}

func parseValue(d *json.Decoder, depth int) (*Node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if depth == maxNesting {
			return nil, fmt.Errorf("nested deeper than %d levels", maxNesting)
		}
		if t == '[' {
			return parseList(d, depth+1)
		}
		return parseMap(d, depth+1)
	case bool:
		return Boolean(t), nil
	case json.Number:
		return &Node{Form: Number, Text: t.String()}, nil
	case string:
		return String(t), nil
	default:
		return &Node{Form: Null}, nil
	}
}

func parseList(d *json.Decoder, depth int) (*Node, error) {
	n := &Node{Form: List}
	for d.More() {
		item, err := parseValue(d, depth)
		if err != nil {
			return nil, err
		}
		n.Items = append(n.Items, item)
	}
	_, err := d.Token()
	return n, err
}

func parseMap(d *json.Decoder, depth int) (*Node, error) {
	n := &Node{Form: Map}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := parseValue(d, depth)
		if err != nil {
			return nil, err
		}
		n.Members = append(n.Members, Member{Name: name.(string), Value: value})
	}
	_, err := d.Token()
	return n, err
}

// MarshalJSON returns the tree as compact JSON. It fails if the tree contains an
// Unknown node: a value that depends on another write can't be sent yet.
func (n *Node) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	if err := n.writeJSON(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON returns.
func (n *Node) UnmarshalJSON(data []byte) error {
	parsed, err := ParseJSON(data)
	if err == nil {
		*n = *parsed
	}
	return err
}

func (n *Node) writeJSON(b *bytes.Buffer) error {
	switch n.Form {
	case Unknown:
		return fmt.Errorf("%s is not known yet", n.Text)
	case Null:
		b.WriteString("null")
	case Bool, Number:
		b.WriteString(n.Text)
	case Text:
		return writeJSONString(b, n.Text)
	case List:
		b.WriteByte('[')
		for i, item := range n.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := item.writeJSON(b); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case Map:
		b.WriteByte('{')
		for i, m := range n.Members {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeJSONString(b, m.Name); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := m.Value.writeJSON(b); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	}
	return nil
}

func writeJSONString(b *bytes.Buffer, s string) error {
	text, err := json.Marshal(s)
	b.Write(text)
	return err
}

// AsAny returns n as encoding/json would decode it, with numbers as float64. It
// returns nil for null and for a tree that contains an Unknown node.
func (n *Node) AsAny() any {
	data, err := n.MarshalJSON()
	if err != nil {
		return nil
	}
	var v any
	if json.Unmarshal(data, &v) != nil {
		return nil
	}
	return v
}
