"""Names, places and departments from which simulated companies are put together. All invented."""

from typing import NamedTuple


class Department(NamedTuple):
    """`suite` names what its people work with: office, desk (light office) or frontline."""

    name: str
    division: str
    cost_center: str
    suite: str


class Place(NamedTuple):
    """A country with the legal entity there and the beginning of its telephone numbers (E.164)."""

    country: str
    location: str
    entity: str
    prefix: str


DEPARTMENTS = (
    Department("Sales", "Commercial", "CC-1100", "office"),
    Department("Marketing", "Commercial", "CC-1200", "office"),
    Department("Customer Service", "Commercial", "CC-1300", "desk"),
    Department("Engineering", "Technology", "CC-2100", "office"),
    Department("IT", "Technology", "CC-2200", "office"),
    Department("Finance", "Corporate", "CC-3100", "office"),
    Department("Human Resources", "Corporate", "CC-3200", "office"),
    Department("Warehouse", "Operations", "CC-4100", "frontline"),
    Department("Stores", "Operations", "CC-4200", "frontline"),
)
PLACES = (
    Place("Germany", "DE", "Deutschland GmbH", "+4930"),
    Place("United Kingdom", "GB", "UK Ltd", "+4420"),
    Place("France", "FR", "France SAS", "+331"),
    Place("Poland", "PL", "Polska Sp. z o.o.", "+4822"),
    Place("Ireland", "IE", "Ireland DAC", "+3531"),
)
COMPANIES = ("Northwind", "Fabrikam", "Tailspin", "Litware", "Adatum", "Wingtip", "Proseware", "Lucerne")
TITLES = ("Analyst", "Manager", "Specialist", "Assistant", "Director", "Consultant", "Coordinator", "Engineer")
_GIVEN = (
    "Ada Adam Agnes Alan Alice Amir Ana Anton Aoife Bela Ben Bianca Boris Carla Chen Clara Dana Daniel Dora Edgar "
    "Elena Emil Emma Erik Eva Farid Felix Fiona Frida Georg Greta Hana Hannes Hugo Ida Igor Ines Irena Ivan Jana "
    "Jonas Judit Karim Karin Klara Lars Laura Lena Leo Liam Lina Luca Maja Marc Marta Mia Milan Nadia Nina Noah "
    "Nora Oleg Olga Omar Oscar Paul Petra Pia Piotr Rosa Rui Sami Sara Sofia Stefan Tara Theo Tom Ulla Vera "
    "Viktor Wanda Yara Yusuf Zoe"
)
_FAMILY = (
    "Abel Adler Alves Andersen Antal Bach Barros Becker Berg Bianchi Blum Bose Brandt Brown Byrne Costa Cruz Dahl "
    "Diaz Dubois Duarte Eder Egger Farkas Fischer Fonseca Fuchs Garcia Gruber Haas Hansen Heller Horvat Huber "
    "Iqbal Jansen Jensen Kaya Keller Khan Klein Kovacs Kraus Kumar Lang Larsen Lehmann Lopez Maier Marin Meyer "
    "Moreau Murphy Nagy Neri Novak Nowak Okafor Olsen Ortiz Patel Petit Pinto Popa Ricci Romano Rossi Roth Santos "
    "Schmid Silva Simon Singh Soto Stein Svensson Szabo Toth Varga Vogel Wagner Walsh Weber Wolf Yilmaz Zanetti "
    "Zeman"
)
GIVEN = tuple(_GIVEN.split())
FAMILY = tuple(_FAMILY.split())
