// Runs message templates on messages as Grafana does: the same fields, the same functions, as far as
// templates of ours use them, and no error for a label that is not there.
//
// In, as JSON: {"templates": [text], "calls": [{"text": "{{ template \"x\" . }}", "data": {...}}]}.
// Out: {"texts": [string], "errors": [string]}, one of each for each call.
package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"text/template"
	"time"
)

type alert struct {
	Status                                                        string
	Labels, Annotations                                           map[string]string
	StartsAt, EndsAt                                              time.Time
	GeneratorURL, Fingerprint, SilenceURL, DashboardURL, PanelURL string
	Values                                                        map[string]float64
	ValueString, ImageURL, EmbeddedImage                          string
	OrgID                                                         *int64
}

type alerts []alert

func (all alerts) of(status string) []alert {
	found := []alert{}
	for _, one := range all {
		if one.Status == status {
			found = append(found, one)
		}
	}
	return found
}

func (all alerts) Firing() []alert   { return all.of("firing") }
func (all alerts) Resolved() []alert { return all.of("resolved") }

type message struct {
	Receiver, Status                             string
	Alerts                                       alerts
	GroupLabels, CommonLabels, CommonAnnotations map[string]string
	ExternalURL, AppVersion, GroupKey            string
	TruncatedAlerts                              *int
	Vars                                         map[string]string
}

type call struct {
	Text string
	Data message
}

var functions = template.FuncMap{
	"toUpper":   strings.ToUpper,
	"toLower":   strings.ToLower,
	"trimSpace": strings.TrimSpace,
	"join":      func(separator string, parts []string) string { return strings.Join(parts, separator) },
	"match":     regexp.MatchString,
	"reReplaceAll": func(pattern, by, text string) string {
		return regexp.MustCompile(pattern).ReplaceAllString(text, by)
	},
}

func run(templates []string, one call) (string, error) {
	// Grafana parses them in turn into one set.
	set := template.New("").Option("missingkey=zero").Funcs(functions)
	var err error
	for _, text := range append(templates, "") {
		if set, err = set.Parse(text); err != nil {
			return "", err
		}
	}
	asked, err := set.New("asked").Parse(one.Text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = asked.Execute(&out, one.Data)
	return out.String(), err
}

func main() {
	var in struct {
		Templates []string
		Calls     []call
	}
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		panic(err)
	}
	out := struct {
		Texts  []string `json:"texts"`
		Errors []string `json:"errors"`
	}{[]string{}, []string{}}
	for _, one := range in.Calls {
		text, err := run(in.Templates, one)
		said := ""
		if err != nil {
			said = err.Error()
		}
		out.Texts, out.Errors = append(out.Texts, text), append(out.Errors, said)
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		panic(err)
	}
}
