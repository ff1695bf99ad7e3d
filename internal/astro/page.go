package astro

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

const (
	pageSize     = 1000 // the API's maximum; its default is 20
	maxItems     = 1_000_000
	maxListReads = 3 // attempts to read a list that changes while its pages are read
)

// errListChanged reports that the pages of a list are inconsistent. This happens if a
// resource is created or deleted between two pages, and a resource may be missing
// from the pages as a result.
var errListChanged = errors.New("the list changed during the read")

// List reads all pages of a list. Each page contains its items in the given member.
// List returns the complete list or an error: never a part of the list, and an empty
// list only if the response explicitly contains one.
func (c *Client) List(ctx context.Context, call Call, member string) ([]json.RawMessage, error) {
	call.Method = http.MethodGet
	for reading := 1; ; reading++ {
		items, err := c.readPages(ctx, call, member)
		if err == nil || !errors.Is(err, errListChanged) || reading == maxListReads {
			return items, err
		}
	}
}

// readPages reads all pages, from the first to the last, once.
func (c *Client) readPages(ctx context.Context, call Call, member string) ([]json.RawMessage, error) {
	var items []json.RawMessage
	seen := map[string]bool{}
	total := -1
	for {
		page := call
		page.Query = url.Values{}
		maps.Copy(page.Query, call.Query)
		page.Query.Set("limit", strconv.Itoa(pageSize))
		page.Query.Set("offset", strconv.Itoa(len(items)))
		body, err := c.sendWithRetry(ctx, page, maxPageBytes)
		if err != nil {
			return nil, err
		}
		pageItems, count, err := decodePage(body, member)
		if err == nil && total >= 0 && count != total {
			err = fmt.Errorf("%w: totalCount changed from %d to %d", errListChanged, total, count)
		}
		if err == nil {
			total = count
			err = appendPage(&items, pageItems, seen, total)
		}
		if err != nil {
			return nil, &Error{Method: call.Method, Path: call.Path, StatusCode: http.StatusOK, Err: c.sanitizeCause(err)}
		}
		if len(items) == total {
			return items, nil
		}
	}
}

// appendPage appends the items of a page. It returns errListChanged if the page is
// inconsistent with the pages before it.
func appendPage(items *[]json.RawMessage, pageItems []json.RawMessage, seen map[string]bool, total int) error {
	for _, item := range pageItems {
		key, err := itemKey(item)
		if err != nil {
			return fmt.Errorf("item %d: %w", len(*items)+1, err)
		}
		if seen[key] {
			return fmt.Errorf("%w: duplicate item, %s", errListChanged, key)
		}
		seen[key] = true
		*items = append(*items, item)
	}
	switch n := len(*items); {
	case n > total:
		return fmt.Errorf("%w: %d items, but totalCount is %d", errListChanged, n, total)
	case len(pageItems) == 0 && n < total:
		return fmt.Errorf("%w: it ended after %d of %d items", errListChanged, n, total)
	}
	return nil
}

// decodePage returns the items and the totalCount of a page. It accepts null instead
// of an empty list if totalCount is 0.
func decodePage(body []byte, member string) (items []json.RawMessage, total int, err error) {
	var page map[string]json.RawMessage
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, 0, err
	}
	raw, ok := page[member]
	if !ok {
		return nil, 0, fmt.Errorf("the response has no %q", member)
	}
	count, ok := page["totalCount"]
	if !ok {
		return nil, 0, errors.New(`the response has no "totalCount"`)
	}
	if err := json.Unmarshal(count, &total); err != nil || string(count) == "null" || total < 0 || total > maxItems {
		return nil, 0, fmt.Errorf("totalCount is not valid: %s", count)
	}
	if err := json.Unmarshal(raw, &items); err != nil || items == nil && total > 0 {
		return nil, 0, fmt.Errorf("%q is not a list", member)
	}
	return items, total, nil
}

// itemKey returns a text that identifies an item: its id, or the whole item if it
// has no id (members of a Team).
func itemKey(item json.RawMessage) (string, error) {
	var object *struct {
		ID any `json:"id"`
	}
	if err := json.Unmarshal(item, &object); err != nil || object == nil {
		return "", errors.New("not a JSON object")
	}
	if id, ok := object.ID.(string); ok && id != "" {
		return "id " + id, nil
	}
	return string(item), nil
}
