package cable

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Params decodes the subscription's parameters, the JSON object in the
// identifier, into v. Unlike encoding/json, it matches parameter names
// case-sensitively.
func (s *Subscription) Params(v any) error {
	text := []byte(s.identifier)
	if names := fieldNames(v); names != nil {
		object, err := parseObject(text)
		if err != nil {
			return fmt.Errorf("cable: parameters of %.200q: %w", s.identifier, err)
		}
		for key := range object {
			folded := func(name string) bool { return strings.EqualFold(name, key) }
			if !slices.Contains(names, key) && slices.ContainsFunc(names, folded) {
				delete(object, key)
			}
		}
		text, _ = json.Marshal(object) // re-encoding parsed JSON cannot fail
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("cable: parameters of %.200q: %w", s.identifier, err)
	}
	return nil
}

// fieldNames returns the JSON names of the struct that v points to, or nil.
func fieldNames(v any) []string {
	t := reflect.TypeOf(v)
	if t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return nil
	}
	names := []string{}
	for _, f := range reflect.VisibleFields(t.Elem()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		names = append(names, name)
	}
	return names
}
