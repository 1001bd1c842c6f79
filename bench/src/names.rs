//! Names as a West African hospital's register has them.
//!
//! Each list is in order of frequency. A name is drawn with a weight of one over its rank to some
//! power, so that a few names are shared by very many people, as Jallow is by almost a tenth of The
//! Gambia: a search for its first letters has tens of thousands of candidates at a million patients.

use rand::RngExt;
use rand::rngs::SmallRng;

/// Where somebody's names come from.
struct Origin {
    /// How many of a hundred patients.
    share: u32,
    female: &'static str,
    male: &'static str,
    last: &'static str,
}

const ORIGINS: &[Origin] = &[
    Origin {
        share: 70,
        female: "Fatou Mariama Aminata Isatou Awa Binta Kaddy Haddy Fatoumata Adama Ndey Jainaba Rohey Sainabou Mariam \
                 Khadija Amie Yassin Ramatoulie Hawa Oumou Nyima Kumba Maimuna Sarjo Tida Jarra Bintou Satou Filly Aja \
                 Halimatou Safiatou Aïssatou Ndèye Coumba Astou Rokia Djeneba Assa Ngozi Chiamaka Adaeze Funmilayo \
                 Yetunde Folake Aisha Zainab Hauwa Abena Akosua Ama Efua Adjoa Yaa",
        male: "Lamin Ousman Modou Ebrima Momodou Alieu Musa Omar Bakary Abdoulie Saikou Sulayman Amadou Muhammed Yankuba \
               Buba Alhagie Pa Demba Samba Ismaila Kebba Sheikh Ansumana Malick Baboucarr Dawda Foday Saihou Sanna Tijan \
               Mamadou Ibrahima Cheikh Moussa Boubacar Seydou Souleymane Oumar Issa Chukwuemeka Chinedu Emeka Obinna \
               Olumide Babatunde Segun Tunde Sani Abubakar Kwame Kofi Kwabena Yaw Kojo",
        last: "Jallow Ceesay Touray Camara Bah Sanneh Jobe Sowe Njie Darboe Barry Sonko Jatta Manneh Drammeh Fatty Saidy \
               Badjie Bojang Colley Conteh Kanteh Keita Sillah Kinteh Jammeh Danso Cham Faal Gaye Joof Mbye Sarr Sey Singhateh \
               Susso Trawally Kuyateh Kujabi Jarju Sambou Gomez Mendy Faye Secka Nyang Baldeh Krubally Marong Janneh Jaiteh \
               Dibba Fofana Kassama Suso Jawara Kora Sabally Samateh Senghore Diallo Diop Ndiaye Fall Sow Traoré Coulibaly \
               Diarra Koné Sissoko Konaté Dembélé Cissé Touré Sy Ba Kane Okafor Okonkwo Adeyemi Adebayo Ogunleye Balogun \
               Bello Usman Mohammed Eze Nwosu Obi Mensah Owusu Boateng Asante Osei Appiah Amoah Agyeman Addo Ansah",
    },
    Origin {
        share: 12,
        female: "Marie Jeanne Françoise Monique Catherine Nathalie Isabelle Sylvie Anne Martine Hélène Chantal Aurélie Céline \
                 Sophie Camille Émilie Élodie Claire Chloé Léa Manon Inès Zoé Joséphine Thérèse Geneviève",
        male: "Jean Pierre Michel Philippe Alain Nicolas Christophe Patrick Daniel Laurent Thierry Éric Frédéric Stéphane \
               François Julien Sébastien Olivier Jérôme Rémi Gaël Théo Loïc André Étienne Benoît Jean-Baptiste Jean-Paul",
        last: "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia \
               David Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont Lambert Bonnet François \
               Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu \
               Clément Gauthier Dumont Lopez Fontaine Chevalier Robin Masson Sanchez Gérard Nguyen Boyer Denis Lemaire",
    },
    Origin {
        share: 10,
        female: "Neema Amina Zawadi Rehema Fatuma Halima Mwanaisha Upendo Pendo Subira Zuhura Wanjiru Njeri Achieng Akinyi \
                 Atieno Wambui Nyambura Chebet Jepkosgei Asha Salma Tatu Imani Baraka Furaha",
        male: "Juma Hassan Ali Hamisi Salim Rashid Saidi Omari Baraka Jabari Kamau Mwangi Otieno Ochieng Odhiambo Kipchoge \
               Kiprono Njoroge Kariuki Maina Mutua Musyoka Wekesa Barasa Simba Bakari",
        last: "Mwangi Otieno Ochieng Kamau Njoroge Odhiambo Kariuki Maina Wanjiru Kimani Mutua Omondi Kipkemboi Cheruiyot \
               Koech Rotich Kiptoo Wekesa Wafula Barasa Juma Mohamed Hassan Abdallah Said Mushi Massawe Kimaro Mollel \
               Lyimo Shayo Mwakasege Nyerere Mkapa Kikwete Magufuli Ngowi Temba Urassa Mbwana Kahindi Ngala",
    },
    Origin {
        share: 8,
        female: "Mary Elizabeth Patricia Grace Margaret Sarah Susan Ruth Esther Rose Joyce Florence Victoria Hannah Emily \
                 Charlotte Olivia Sophia Alice Agnes Comfort Patience Mercy Blessing Beatrice Catherine",
        male: "John James William Joseph David Thomas Peter Paul Samuel Daniel Michael George Charles Robert Emmanuel \
               Francis Isaac Benjamin Edward Henry Stephen Anthony Simon Moses Solomon Sunday",
        last: "Smith Johnson Williams Jones Brown Davies Taylor Wilson Thomas Roberts Cole Macauley Johnson-Cole Carr \
               Bright Davies-Cole Coker Thorpe Forster Prom Bidwell N'Dow O'Brien Hughes Evans Wright Walker Robinson \
               Thompson White Green Hall Lewis Harris Clarke Jackson Wood Turner Cooper Hill Ward Morris King Baker",
    },
];

const STREETS: &[&str] = &[
    "Kairaba Avenue",
    "Mosque Road",
    "Independence Drive",
    "Market Street",
    "Sayerr Jobe Avenue",
    "Banjul–Serekunda Highway",
    "Garba Jahumpa Road",
    "Hospital Road",
    "Rue de la République",
    "Avenue Léopold Sédar Senghor",
    "Barabara ya Uhuru",
    "Church Lane",
    "Coastal Road",
    "School Street",
];
const TOWNS: &[&str] = &[
    "Serekunda",
    "Brikama",
    "Bakau",
    "Banjul",
    "Farafenni",
    "Lamin",
    "Sukuta",
    "Gunjur",
    "Basse Santa Su",
    "Soma",
    "Kololi",
    "Tanji",
    "Ziguinchor",
    "Kaolack",
    "Bansang",
];

/// A list with the running sum of its weights.
struct Weighted {
    items: Vec<&'static str>,
    sums: Vec<f64>,
}

impl Weighted {
    fn new(text: &'static str, power: f64) -> Weighted {
        let items: Vec<&str> = text.split_whitespace().collect();
        let mut sum = 0.0;
        let sums = (1..=items.len())
            .map(|rank| {
                #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
                let rank = rank as f64;
                sum += rank.powf(-power);
                sum
            })
            .collect();
        Weighted { items, sums }
    }

    fn draw(&self, rng: &mut SmallRng) -> &'static str {
        let total = self.sums.last().copied().unwrap_or_default();
        let at = rng.random_range(0.0..total);
        let index = self.sums.partition_point(|sum| *sum <= at);
        self.items[index.min(self.items.len() - 1)]
    }
}

/// Draws names, streets and towns.
pub(crate) struct Register {
    origins: Vec<(u32, [Weighted; 3])>,
    streets: &'static [&'static str],
    towns: &'static [&'static str],
}

impl Register {
    pub(crate) fn new() -> Register {
        Register {
            origins: ORIGINS
                .iter()
                .map(|origin| {
                    let lists = [
                        Weighted::new(origin.female, 0.7),
                        Weighted::new(origin.male, 0.7),
                        Weighted::new(origin.last, 0.9),
                    ];
                    (origin.share, lists)
                })
                .collect(),
            streets: STREETS,
            towns: TOWNS,
        }
    }

    /// A first and a last name; one in twenty-five has a double last name, one in seven a second
    /// first name.
    pub(crate) fn name(&self, rng: &mut SmallRng, female: bool) -> (String, String) {
        let mut at = rng.random_range(0..100);
        let lists = self
            .origins
            .iter()
            .find(|(share, _)| {
                let found = at < *share;
                at = at.saturating_sub(*share);
                found
            })
            .map_or(&self.origins[0].1, |(_, lists)| lists);
        let firsts = &lists[usize::from(!female)];
        let mut first = firsts.draw(rng).to_owned();
        if rng.random_ratio(1, 7) {
            let second = firsts.draw(rng);
            if second != first {
                first = format!("{first} {second}");
            }
        }
        let mut last = lists[2].draw(rng).to_owned();
        if rng.random_ratio(1, 25) {
            let second = lists[2].draw(rng);
            if second != last {
                last = format!("{last}-{second}");
            }
        }
        (first, last)
    }

    /// A house number, a street and a town.
    pub(crate) fn address(&self, rng: &mut SmallRng) -> String {
        let number = rng.random_range(1..240);
        let street = self.streets[rng.random_range(0..self.streets.len())];
        // The first towns are the big ones.
        let town = rng
            .random_range(0..self.towns.len())
            .min(rng.random_range(0..self.towns.len()));
        format!("{number} {street}, {}", self.towns[town])
    }
}
